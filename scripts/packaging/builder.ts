/** electron-builder's configuration. It gets the laid out archive as it is (`lay-out.ts`) and makes the app and its installers around it. */
import { join } from "node:path";
import type { Configuration } from "electron-builder";
import { fuses } from "./fuses.ts";
import { publisher } from "./publisher.ts";

/** Not `cellar`, which is the command line's name. */
const linuxExecutable = "cellar-desktop";

export function builderConfiguration(
  root: string,
  output: string,
  env: NodeJS.ProcessEnv = process.env,
): Configuration {
  const icons = join(root, "resources", "icons", "app");
  const ours = (...path: string[]) => join(root, "scripts", "packaging", ...path);
  const { maintainer, homepage, name } = publisher(env);
  const scripts = { afterInstall: ours("linux", "after-install.sh"), afterRemove: ours("linux", "after-remove.sh") };
  return {
    appId: "app.cellar.Cellar",
    productName: "Cellar",
    copyright: `Copyright ${name}`,
    extraMetadata: { homepage, author: maintainer },
    directories: { output },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder fills these in.
    artifactName: "cellar-${version}-${os}-${arch}.${ext}",
    // The command line and the native modules are prebuilt for every Node: nothing is compiled.
    npmRebuild: false,
    electronFuses: fuses,
    protocols: [{ name: "Cellar", schemes: ["cellar"] }],
    // Only English is there.
    electronLanguages: ["en", "en-US"],
    // 1.x is the AppImage runtime that needs no FUSE 2 of the system; older ones start Electron without its sandbox.
    toolsets: { appimage: "1.0.3" },
    publish: null,
    linux: {
      target: ["deb", "rpm", "AppImage"],
      executableName: linuxExecutable,
      icon: icons,
      category: "Development",
      synopsis: "A workbench for running many coding agents",
      maintainer,
      vendor: name,
      desktop: { entry: { StartupWMClass: "Cellar", Keywords: "agent;terminal;sandbox;" } },
    },
    deb: {
      ...scripts,
      appArmorProfile: ours("linux", "apparmor-profile"),
      recommends: ["bubblewrap", "git"],
    },
    rpm: { ...scripts },
    mac: {
      target: ["dmg", "zip"],
      category: "public.app-category.developer-tools",
      icon: join(icons, "icon.icns"),
      minimumSystemVersion: "13.0",
      hardenedRuntime: true,
      gatekeeperAssess: false,
      entitlements: ours("mac", "entitlements.plist"),
      entitlementsInherit: ours("mac", "entitlements.plist"),
      notarize: Boolean(env["APPLE_API_KEY"] || env["APPLE_ID"]),
      // Each native module is there for both processors, in both halves of the app.
      x64ArchFiles: "**/prebuilds/**",
    },
    dmg: { sign: false },
    win: {
      target: ["nsis"],
      icon: join(icons, "icon.ico"),
      ...windowsSigning(env),
    },
    nsis: {
      // For one person, without an administrator, and the folder is not asked for: updates must be able to replace it.
      oneClick: true,
      perMachine: false,
      deleteAppDataOnUninstall: false,
      differentialPackage: false,
    },
  };
}

/** A certificate in a file is named by electron-builder's own `CSC_LINK`; Azure's service by these. */
function windowsSigning(env: NodeJS.ProcessEnv): Configuration["win"] {
  const endpoint = env["AZURE_SIGN_ENDPOINT"];
  const account = env["AZURE_SIGN_ACCOUNT"];
  const profile = env["AZURE_SIGN_PROFILE"];
  if (!endpoint || !account || !profile) return {};
  return {
    azureSignOptions: {
      publisherName: publisher(env).name,
      endpoint,
      codeSigningAccountName: account,
      certificateProfileName: profile,
    },
  };
}

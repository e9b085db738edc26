/** Who publishes a package: names that whoever makes one gives in the environment. The rest of the configuration knows nobody. */
export type Publisher = {
  name: string;
  /** `Name <address>`, which a deb must have. */
  maintainer: string;
  homepage: string;
  /** Where a release's files can be downloaded; winget's manifest names them there. */
  downloads: string;
};

const unnamed: Publisher = {
  name: "Cellar",
  maintainer: "Cellar <cellar@example.invalid>",
  homepage: "https://example.invalid/cellar",
  downloads: "https://example.invalid/cellar/download",
};

export function publisher(env: NodeJS.ProcessEnv = process.env): Publisher {
  return {
    name: env["CELLAR_PUBLISHER"] || unnamed.name,
    maintainer: env["CELLAR_MAINTAINER"] || unnamed.maintainer,
    homepage: env["CELLAR_HOMEPAGE"] || unnamed.homepage,
    downloads: env["CELLAR_DOWNLOADS"] || unnamed.downloads,
  };
}

/** The variables that are missing for a package that is handed to people. */
export function missingNames(env: NodeJS.ProcessEnv = process.env): string[] {
  return ["CELLAR_PUBLISHER", "CELLAR_MAINTAINER", "CELLAR_HOMEPAGE", "CELLAR_DOWNLOADS"].filter((name) => !env[name]);
}

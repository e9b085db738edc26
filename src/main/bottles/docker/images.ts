/** Images of an engine: found out about without changing anything, and built when a bottle is made. */
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { entryPath } from "#node/entries.ts";
import { lastLines } from "#node/subprocess.ts";
import { Failure } from "#shared/failure.ts";
import type { BottleSpec } from "../backend.ts";
import { type Engine, engineFailure } from "./engine.ts";
import { codeOf } from "./own-code.ts";
import { basesOf, contentKey, lastLayer, ownDockerfile, portsLayer, type Recipe, takesFiles } from "./recipe.ts";

export type ImagePlan = {
  recipe: Recipe;
  /** Base images that are not there and that a registry has: approved with the plan. */
  fetched: string[];
  /** Said before the launch. */
  preparation: string[];
};

const repository = { own: "cellar/own", program: "cellar/bottle", ports: "cellar/ports" } as const;
const registryPatienceMs = 15_000;
const buildPatienceMs = 60 * 60_000;

/** Throws `unavailable` when the program has no recipe, or a base image can be had nowhere. */
export async function planImage(engine: Engine, spec: BottleSpec, base: string): Promise<ImagePlan> {
  const recipe = await recipeOf(spec, base);
  // The ports of every bottle are forwarded by the base image's Node.
  const bases = [...new Set([...basesOf(recipe), base])];
  const fetched: string[] = [];
  for (const image of bases) {
    if ((await imageId(engine, image)) !== null) continue;
    await checkRegistry(engine, image);
    fetched.push(image);
  }
  const name = spec.program.entry.name;
  const preparation = fetched.map((image) => `The image ${image} is fetched from ${registryOf(image)}.`);
  if (recipe.from === "dockerfile") {
    const sent = recipe.folder === null ? "" : ` The files of ${recipe.folder} are sent to the engine.`;
    preparation.push(`The image is built from ${recipe.path}, unless it has been already.${sent}`);
  } else if (recipe.run.length > 0 && (fetched.length > 0 || !(await isBuilt(engine, recipe)))) {
    preparation.push(`The image of ${name} is built, with the network of the engine: ${recipe.run.join("; ")}`);
  }
  return { recipe, fetched, preparation };
}

export type BottleImages = { program: string; ports: string /** PATH as the image has it. */; path: string | null };

/** Fetches what the plan named, builds what is not there, and says what to run. `folder` is for the builds and removed again. */
export async function makeImages(
  engine: Engine,
  plan: ImagePlan,
  user: { uid: number; gid: number; portsInside: boolean },
  base: string,
  folder: string,
): Promise<BottleImages> {
  for (const image of plan.fetched) {
    if ((await imageId(engine, image)) !== null) continue;
    await engine.text(["pull", "--quiet", image], `Fetching ${image}`, { timeoutMs: buildPatienceMs });
  }
  const own = await buildOwn(engine, plan.recipe, folder);
  const code = await codeOf(entryPath("bottle-forward"));
  const layer = lastLayer(own, user.uid, user.gid, user.portsInside ? code : undefined);
  const program = await buildLayer(engine, repository.program, own, layer, folder);
  const ports = await buildLayer(engine, repository.ports, base, portsLayer(base, code), folder);
  const said = await engine.text(
    ["image", "inspect", "--format", "{{json .Config.Env}}", program],
    "Reading the image",
  );
  const variables = (JSON.parse(said) as string[] | null) ?? [];
  return { program, ports, path: variables.find((each) => each.startsWith("PATH="))?.slice("PATH=".length) ?? null };
}

async function recipeOf({ dockerfile, program }: BottleSpec, base: string): Promise<Recipe> {
  if (dockerfile !== null) {
    const text = await readFile(dockerfile, "utf8");
    return { from: "dockerfile", path: dockerfile, text, folder: takesFiles(text) ? dirname(dockerfile) : null };
  }
  const { image, name, command } = program.entry;
  if (image === undefined && command[0] !== "{shell}") {
    throw new Failure("unavailable", `Cellar has no recipe for an image with ${name}`, {
      hint: "Name a Dockerfile that installs it in a manifest (agent_provider.dockerfile), add image.run to its entry, or use bubblewrap.",
    });
  }
  return { from: "catalogue", base: image?.base ?? base, run: image?.run ?? [] };
}

/** Null when it is not there. */
async function imageId(engine: Engine, image: string): Promise<string | null> {
  const ended = await engine.run(["image", "inspect", "--format", "{{.Id}}", image]);
  if (ended.exitCode === 0) return ended.stdout.toString().trim();
  if (/no such image/i.test(ended.stderr)) return null;
  throw engineFailure(ended, `Looking for the image ${image}`);
}

/** The client asks the registry itself: nothing is fetched. */
async function checkRegistry(engine: Engine, image: string): Promise<void> {
  let said: string;
  try {
    const ended = await engine.run(["manifest", "inspect", image], { timeoutMs: registryPatienceMs });
    if (ended.exitCode === 0) return;
    said = lastLines(ended.stderr, 1);
  } catch (error) {
    said = (error as Error).message;
  }
  throw new Failure(
    "unavailable",
    `The Docker engine has no image ${image}, and ${registryOf(image)} does not give it`,
    {
      hint: `Get it with docker pull or docker load, or name a base image that is there in the settings (${said}).`,
    },
  );
}

function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "Docker Hub";
}

async function isBuilt(engine: Engine, recipe: Recipe): Promise<boolean> {
  return (await imageId(engine, await ownName(engine, recipe))) !== null;
}

/** A tag by what is in the image: the text, and what its bases are at this moment. */
async function ownName(engine: Engine, recipe: Recipe): Promise<string> {
  const ids = await Promise.all(basesOf(recipe).map((base) => imageId(engine, base)));
  return `${repository.own}:${contentKey([ownDockerfile(recipe) ?? "", ...ids.map(String)])}`;
}

async function buildOwn(engine: Engine, recipe: Recipe, folder: string): Promise<string> {
  const text = ownDockerfile(recipe);
  if (text === null) return basesOf(recipe)[0]!;
  const name = await ownName(engine, recipe);
  const files = recipe.from === "dockerfile" ? recipe.folder : null;
  // What comes from a folder is the engine's to compare: it has its own cache of that.
  if (files === null && (await imageId(engine, name)) !== null) return name;
  await build(engine, name, new Map([["Dockerfile", text]]), folder, files);
  return name;
}

async function buildLayer(
  engine: Engine,
  repositoryName: string,
  on: string,
  files: Map<string, string>,
  folder: string,
): Promise<string> {
  const name = `${repositoryName}:${contentKey([String(await imageId(engine, on)), files])}`;
  if ((await imageId(engine, name)) === null) await build(engine, name, files, folder, null);
  return name;
}

/** `context`: a person's folder in place of the files' own. */
async function build(
  engine: Engine,
  name: string,
  files: ReadonlyMap<string, string>,
  folder: string,
  context: string | null,
): Promise<void> {
  try {
    for (const [path, text] of files) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), text);
      // Whatever the person's mask is: in the image they are root's, and the program reads them.
      await chmod(join(folder, path), 0o644);
      await chmod(join(folder, dirname(path)), 0o755);
    }
    const args = ["build", "--tag", name, "--file", join(folder, "Dockerfile"), context ?? folder];
    const ended = await engine.run(args, { timeoutMs: buildPatienceMs });
    if (ended.exitCode !== 0) throw buildFailure(ended.stdout.toString(), engineFailure(ended, "Building the image"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The step that failed says why on stdout. */
function buildFailure(stdout: string, failure: Failure): Failure {
  const said = lastLines(stdout, 8);
  return said === "" ? failure : new Failure(failure.code, failure.message, { hint: said });
}

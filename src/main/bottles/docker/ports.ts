/** The ports of bottles that lead to their services: by a container beside the bottle, or over one stream where the engine is elsewhere. */
import type { RunningBottle } from "../backend.ts";
import { portsArguments, portsInsideArguments } from "./arguments.ts";
import { removeContainer } from "./containers.ts";
import type { Engine } from "./engine.ts";
import { type Kept, seccompFile } from "./kept.ts";
import { portsName } from "./names.ts";
import { StdioPorts } from "./stdio-ports.ts";

export class Ports {
  readonly #home: string;
  readonly #stdio = new StdioPorts();

  constructor(home: string) {
    this.#home = home;
  }

  async open(engine: Engine, bottle: Pick<RunningBottle, "id" | "directory">, kept: Kept): Promise<void> {
    const { id, directory } = bottle;
    if (kept.traits.ports === "inside") {
      this.#stdio.join(id, kept.address, portsInsideArguments(id, kept.ports), kept.ports);
      return;
    }
    const args = portsArguments({
      id,
      home: this.#home,
      image: kept.portsImage,
      uid: kept.uid,
      gid: kept.gid,
      directory,
      ports: kept.ports,
      seccomp: seccompFile(directory),
      traits: kept.traits,
    });
    await removeContainer(engine, portsName(id));
    if (kept.traits.ports === "beside") this.#stdio.join(id, kept.address, args, kept.ports);
    else await engine.text(args, "Opening the bottle's ports");
  }

  /** Ends what runs in main for a bottle's ports. */
  leave(id: string): void {
    this.#stdio.leave(id);
  }

  close(): void {
    this.#stdio.close();
  }
}

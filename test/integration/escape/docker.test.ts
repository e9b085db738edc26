/** A real bottle in Docker, attacked from inside. */
import { afterAll, describe } from "vitest";
import { DockerDaemon, testBaseImage } from "#test/product/docker.ts";
import { missing } from "#test/requirements.ts";
import { escapeSuite } from "./suite.ts";

describe.skipIf(missing("dockerd", "gcc", "openssl"))("nothing gets out of a bottle in Docker", () => {
  let daemon: DockerDaemon | undefined;

  // Registered first, so that it is done last: the bottles go before their engine.
  afterAll(() => daemon?.[Symbol.asyncDispose]());
  escapeSuite("docker", {
    ways: ["agent"],
    ready: async () => {
      daemon = await DockerDaemon.start();
      const { DOCKER_HOST = "", DOCKER_CONFIG = "" } = daemon.environment;
      return { environment: { DOCKER_HOST, DOCKER_CONFIG }, baseImage: testBaseImage };
    },
  });
});

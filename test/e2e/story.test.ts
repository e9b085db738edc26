import { pathToFileURL } from "node:url";
import { Product } from "#test/product/product.ts";
import { type Face, mainJob } from "./main-job.ts";
import { Window } from "./window.ts";

/** The first folder comes with its path, as from a file manager that gives one; later ones without, so that they are uploaded. */
async function browser(): Promise<Face> {
  const product = await Product.start();
  const windows: Window[] = [];
  let dropped = 0;
  return {
    name: "browser",
    home: product.home,
    environment: product.environment,
    async open() {
      const window = await Window.open(product.url);
      windows.push(window);
      return window;
    },
    async crash(window) {
      await product.end("SIGKILL");
      await product.start();
      window.errors.length = 0; // The old page could not know that its server would be killed.
      await window.go(product.url);
      return window;
    },
    dropFolder: (window, path) =>
      dropped++ === 0 ? window.dropUrl(pathToFileURL(path).href) : window.dropFolder(path),
    async [Symbol.asyncDispose]() {
      for (const window of windows) await window[Symbol.asyncDispose]();
      await product[Symbol.asyncDispose]();
    },
  };
}

mainJob(browser);

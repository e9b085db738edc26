import { doubleDesktop } from "#test/product/double-desktop.ts";
import { shellStories } from "./stories.ts";

shellStories(doubleDesktop);

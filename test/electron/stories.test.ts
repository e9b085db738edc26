import { shellStories } from "#test/e2e/desktop/stories.ts";
import { RealDesktop } from "./real-desktop.ts";

shellStories(async () => new RealDesktop());

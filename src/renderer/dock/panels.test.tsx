import { expect, test } from "vitest";
import { type DockCommands, definePanel, dock, mountDock, type OpenPanel, registeredKind } from "./panels.tsx";

const notes = definePanel<{ page: string }>({
  kind: "notes",
  identity: ({ page }) => page,
  parse: (saved) => {
    const page = (saved as { page?: unknown } | null)?.page;
    return typeof page === "string" ? { page } : null;
  },
  useTitle: ({ page }) => page,
  Body: () => null,
  Tab: () => null,
});

/** Remembers what the dock was asked to do. */
function recording() {
  const calls: unknown[][] = [];
  const commands = new Proxy({} as DockCommands, {
    get:
      (_target, name: string) =>
      (...given: unknown[]) =>
        calls.push([name, ...given]),
  });
  return { calls, commands };
}

test("what is asked of the dock before it is there happens when it is, in order and once", () => {
  notes.open({ page: "a" });
  dock.focus("notes:a");
  const first = recording();
  const unmount = mountDock(first.commands);
  expect(first.calls).toEqual([
    ["open", { id: "notes:a", kind: "notes", params: { page: "a" } }, {}],
    ["focus", "notes:a"],
  ]);
  unmount();
  dock.nextTab();
  const second = recording();
  const unmountSecond = mountDock(second.commands);
  expect(second.calls).toEqual([["nextTab"]]);
  unmountSecond();
});

test("parameters from an earlier start are checked again", () => {
  const panel = (kind: string, params: unknown): OpenPanel => ({ id: "", kind, params, visible: true });
  expect(notes.paramsOf(panel("notes", { page: "a" }))).toEqual({ page: "a" });
  expect(notes.paramsOf(panel("notes", { page: 7 }))).toBeNull();
  expect(notes.paramsOf(panel("other", { page: "a" }))).toBeNull();
  expect(notes.paramsOf(null)).toBeNull();
  expect(registeredKind("notes")?.accepts({})).toBe(false);
  expect(registeredKind("notes")?.body({ page: null }, { panelId: "", visible: true, active: true })).toBeNull();
});

/** A text that shall be found in a terminal: asked for by the search over all of them, done by the terminal's own find. */
import { create } from "zustand";

export type WantedFind = { terminalId: string | null; text: string; regex: boolean; asked: number };

export const useWantedFind = create<WantedFind>(() => ({ terminalId: null, text: "", regex: false, asked: 0 }));

export function wantFind(terminalId: string, text: string, regex: boolean): void {
  useWantedFind.setState(({ asked }) => ({ terminalId, text, regex, asked: asked + 1 }));
}

export function forgetFind(): void {
  useWantedFind.setState({ terminalId: null });
}

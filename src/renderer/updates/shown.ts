/** Which newer version the person does not want to hear of in this window. */
import { create } from "zustand";

export const useLater = create<{ version: string | null }>(() => ({ version: null }));

export function showUpdates(): void {
  useLater.setState({ version: null });
}

/** One measured number, with what it is allowed to be and what it was compared with in the same run. */
export type Figure = {
  name: string;
  value: number;
  unit: string;
  budget?: { at: "most" | "least"; value: number };
  /** The same measured on another program in the same run; then `value` is a ratio against it. */
  peer?: string;
  note?: string;
};

export function percentile(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function median(values: number[]): number {
  return percentile(values, 0.5);
}

export function keepsBudget({ budget, value }: Figure): boolean | null {
  if (!budget) return null;
  return budget.at === "most" ? value <= budget.value : value >= budget.value;
}

export function table(figures: Figure[]): string {
  const rows = figures.map((figure) => {
    const { name, value, unit, budget, peer, note } = figure;
    const kept = keepsBudget(figure);
    const allowed = budget ? `${budget.at === "most" ? "≤" : "≥"} ${budget.value}` : "";
    return [
      kept === null ? " " : kept ? "✓" : "✕",
      name,
      `${round(value)} ${unit}`,
      allowed,
      [peer ? `against ${peer}` : "", note ?? ""].filter(Boolean).join("; "),
    ];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 2 ? cell.padStart(widths[2]!) : cell.padEnd(widths[column] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function round(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

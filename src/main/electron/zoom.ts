/** The steps in which a window grows and shrinks: those of the browsers people know. */
const steps = [0.5, 0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3];

export type ZoomChange = "in" | "out" | "reset";

export function zoomed(factor: number, change: ZoomChange): number {
  if (change === "reset") return 1;
  const next =
    change === "in" ? steps.find((step) => step > factor + 0.01) : steps.findLast((step) => step < factor - 0.01);
  return next ?? factor;
}

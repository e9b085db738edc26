/** The design system. */

export { bytes, counted, duration, elapsed, exact, grouped } from "#shared/time.ts";
export { Banner } from "./banner.tsx";
export { Button, IconButton } from "./button.tsx";
export { type Choice, Choices } from "./choices.tsx";
export { Ago, Elapsed, useClockText } from "./clock.tsx";
export { ColourMark } from "./colour-mark.tsx";
export { CopyButton } from "./copy-button.tsx";
export { Dialog } from "./dialog.tsx";
export { Empty } from "./empty.tsx";
export { Field, inputClass, Switch, TextArea, TextField } from "./field.tsx";
export { FilteredRow, FilteredRows } from "./filtered-rows.tsx";
export { Keys } from "./kbd.tsx";
export { LogText } from "./log-text.tsx";
export { ContextMenu, Menu, type MenuItem } from "./menu.tsx";
export { NoticeLayer, notice, noticeProblem, orNotice } from "./notices.tsx";
export { PlacedName } from "./placed-name.tsx";
export { Popover } from "./popover.tsx";
export { ProblemNote, sentence } from "./problem.tsx";
export { Screen } from "./section.tsx";
export { Select } from "./select.tsx";
export { hoverOf, Sign, StateLine, StateSign, statusText } from "./state-sign.tsx";
export { TipLayer } from "./tip-layer.tsx";
export { TwoStepButton } from "./two-step-button.tsx";
export { VirtualRows, type VirtualRowsHandle } from "./virtual-rows.tsx";

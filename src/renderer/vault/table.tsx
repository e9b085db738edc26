/** The tables of this screen: names on the left, numbers on the right, what can be done at the end; a form opens under its row. */
import type { ReactNode } from "react";
import { Sign } from "../ui/index.ts";

/** The width of the panel, in CSS pixels, from which a column is shown. */
const shownFrom = { 480: "@max-[480px]:hidden", 640: "@max-[640px]:hidden" } as const;
type From = keyof typeof shownFrom;

/** `right` ones hold numbers and times. */
export type Column = { name: string; right?: boolean; from?: From };

const hiding = (from: From | undefined) => (from === undefined ? "" : shownFrom[from]);

export function Table({
  label,
  columns,
  children,
}: {
  label: string;
  columns: readonly Column[];
  children: ReactNode;
}) {
  return (
    <table aria-label={label} className="w-full table-fixed border-collapse text-left">
      <thead>
        <tr className="border-line border-b text-muted text-sm">
          {columns.map(({ name, right, from }) => (
            <th
              key={name}
              scope="col"
              className={`h-7 pr-3 font-medium ${right ? "w-24 text-right" : ""} ${hiding(from)}`}
            >
              {name}
            </th>
          ))}
          <th scope="col" className="w-16">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

export function Row({ name, children, actions }: { name: ReactNode; children: ReactNode; actions: ReactNode }) {
  return (
    <tr className="h-8 border-line border-b hover:bg-hover">
      <th scope="row" className="truncate pr-3 font-normal">
        {name}
      </th>
      {children}
      <td>
        <div className="flex justify-end gap-0.5">{actions}</div>
      </td>
    </tr>
  );
}

/** What a row is about, with what is wrong with it. */
export function Name({ name, problem }: { name: string; problem: string | false }) {
  return (
    <span className="flex items-center gap-1.5">
      {problem && <Sign state="failed" />}
      <code data-tip={name} className="truncate font-mono text-sm">
        {name}
      </code>
      {problem && <span className="text-negative text-sm">{problem}</span>}
    </span>
  );
}

export function Cell({ right, from, children }: { right?: boolean; from?: From; children: ReactNode }) {
  return (
    <td className={`truncate pr-3 text-muted ${right ? "tabular text-right" : ""} ${hiding(from)}`}>{children}</td>
  );
}

export function FormRow({ span, children }: { span: number; children: ReactNode }) {
  return (
    <tr>
      <td colSpan={span} className="py-2">
        {children}
      </td>
    </tr>
  );
}

/** Terminal colours to choose from, each shown as it looks. */
import { useId } from "react";
import { type Palette, palettes } from "#shared/settings/palettes.ts";
import { useDarkNow } from "../app/theme.ts";
import { useSettings } from "../live/index.ts";

export function PaletteChoice({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const name = useId();
  const dark = useDarkNow(useSettings().theme);
  const automatic = palettes.find(({ id }) => id === (dark ? "cellar-dark" : "cellar-light"));
  return (
    <fieldset>
      <legend className="sr-only">Terminal colours</legend>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(176px,1fr))] gap-2">
        {automatic && (
          <Option
            name={name}
            id="auto"
            label="Automatic"
            palette={automatic}
            chosen={value === "auto"}
            onChoose={onChange}
          />
        )}
        {palettes.map((palette) => (
          <Option
            key={palette.id}
            name={name}
            id={palette.id}
            label={palette.name}
            palette={palette}
            chosen={value === palette.id}
            onChoose={onChange}
          />
        ))}
      </div>
    </fieldset>
  );
}

type OptionProps = {
  name: string;
  id: string;
  label: string;
  palette: Palette;
  chosen: boolean;
  onChoose: (id: string) => void;
};

function Option({ name, id, label, palette, chosen, onChoose }: OptionProps) {
  return (
    <label
      className={`overflow-hidden rounded border-2 has-focus-visible:outline-2 has-focus-visible:outline-line-focus has-focus-visible:outline-offset-2 ${
        chosen ? "border-accent" : "border-line hover:border-line-field"
      }`}
    >
      <span
        aria-hidden
        className="block px-2 py-1.5 font-mono text-sm"
        style={{ background: palette.background, color: palette.foreground }}
      >
        <span className="block truncate">
          <span style={{ color: palette.colours[2] }}>~/api</span>{" "}
          <span style={{ color: palette.colours[4] }}>git</span> status
        </span>
        <span className="mt-1 flex gap-1">
          {palette.colours.slice(1, 7).map((colour) => (
            <span key={colour} className="h-2 flex-1 rounded-sm" style={{ background: colour }} />
          ))}
        </span>
      </span>
      <span className="flex h-7 items-center gap-2 bg-field px-2">
        <input
          type="radio"
          name={name}
          checked={chosen}
          onChange={() => onChoose(id)}
          className="size-3 accent-accent outline-none"
        />
        <span className="truncate">{label}</span>
      </span>
    </label>
  );
}

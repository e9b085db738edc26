/**
 * Colours of terminals. `auto` is Cellar's own pair, one for each theme, made so that every colour is readable (AA) on its background;
 * the others are well-known schemes with the values their authors published.
 */
export type Palette = {
  id: string;
  name: string;
  /** The theme it belongs to, for choosing and for controls that lie over the terminal. */
  theme: "dark" | "light";
  background: string;
  foreground: string;
  cursor: string;
  selection: string;
  /** ANSI 0–7 and 8–15: black, red, green, yellow, blue, magenta, cyan, white, and the bright ones. */
  colours: readonly string[];
};

export const palettes: readonly Palette[] = [
  {
    id: "cellar-dark",
    name: "Cellar dark",
    theme: "dark",
    background: "#1b1e23",
    foreground: "#e0e4ea",
    cursor: "#7fb0ff",
    selection: "#345084",
    colours: colours(
      "#7d8694 #f58a8c #6cc788 #e3b758 #7fb0ff #d79af0 #5cc5cf #cdd3dc",
      "#949daa #ffa8a9 #8fdca5 #f2cd7e #a3c7ff #e6b8f7 #86dbe2 #f4f6f9",
    ),
  },
  {
    id: "cellar-light",
    name: "Cellar light",
    theme: "light",
    background: "#fafbfc",
    foreground: "#22262c",
    cursor: "#1d56be",
    selection: "#c3d6f6",
    colours: colours(
      "#22262c #b3202a #17682f #7d5000 #1d56be #8a2f9c #0b6470 #646b76",
      "#565d68 #c22f39 #1f7a39 #8c5b00 #2a66d4 #9c3fae #0f7480 #4d545f",
    ),
  },
  {
    id: "github-dark",
    name: "GitHub dark",
    theme: "dark",
    background: "#0d1117",
    foreground: "#e6edf3",
    cursor: "#2f81f7",
    selection: "#264f78",
    colours: colours(
      "#484f58 #ff7b72 #3fb950 #d29922 #58a6ff #bc8cff #39c5cf #b1bac4",
      "#6e7681 #ffa198 #56d364 #e3b341 #79c0ff #d2a8ff #56d4dd #ffffff",
    ),
  },
  {
    id: "github-light",
    name: "GitHub light",
    theme: "light",
    background: "#ffffff",
    foreground: "#1f2328",
    cursor: "#0969da",
    selection: "#b6d7ff",
    colours: colours(
      "#24292f #cf222e #116329 #4d2d00 #0969da #8250df #1b7c83 #6e7781",
      "#57606a #a40e26 #1a7f37 #633c01 #218bff #a475f9 #3192aa #8c959f",
    ),
  },
  {
    id: "solarized-dark",
    name: "Solarized dark",
    theme: "dark",
    background: "#002b36",
    foreground: "#839496",
    cursor: "#93a1a1",
    selection: "#274642",
    colours: colours(
      "#073642 #dc322f #859900 #b58900 #268bd2 #d33682 #2aa198 #eee8d5",
      "#002b36 #cb4b16 #586e75 #657b83 #839496 #6c71c4 #93a1a1 #fdf6e3",
    ),
  },
  {
    id: "solarized-light",
    name: "Solarized light",
    theme: "light",
    background: "#fdf6e3",
    foreground: "#657b83",
    cursor: "#586e75",
    selection: "#e5dcbf",
    colours: colours(
      "#073642 #dc322f #859900 #b58900 #268bd2 #d33682 #2aa198 #eee8d5",
      "#002b36 #cb4b16 #586e75 #657b83 #839496 #6c71c4 #93a1a1 #fdf6e3",
    ),
  },
  {
    id: "dracula",
    name: "Dracula",
    theme: "dark",
    background: "#282a36",
    foreground: "#f8f8f2",
    cursor: "#f8f8f2",
    selection: "#44475a",
    colours: colours(
      "#21222c #ff5555 #50fa7b #f1fa8c #bd93f9 #ff79c6 #8be9fd #f8f8f2",
      "#6272a4 #ff6e6e #69ff94 #ffffa5 #d6acff #ff92df #a4ffff #ffffff",
    ),
  },
  {
    id: "nord",
    name: "Nord",
    theme: "dark",
    background: "#2e3440",
    foreground: "#d8dee9",
    cursor: "#d8dee9",
    selection: "#434c5e",
    colours: colours(
      "#3b4252 #bf616a #a3be8c #ebcb8b #81a1c1 #b48ead #88c0d0 #e5e9f0",
      "#4c566a #bf616a #a3be8c #ebcb8b #81a1c1 #b48ead #8fbcbb #eceff4",
    ),
  },
  {
    id: "gruvbox-dark",
    name: "Gruvbox dark",
    theme: "dark",
    background: "#282828",
    foreground: "#ebdbb2",
    cursor: "#ebdbb2",
    selection: "#504945",
    colours: colours(
      "#282828 #cc241d #98971a #d79921 #458588 #b16286 #689d6a #a89984",
      "#928374 #fb4934 #b8bb26 #fabd2f #83a598 #d3869b #8ec07c #ebdbb2",
    ),
  },
  {
    id: "gruvbox-light",
    name: "Gruvbox light",
    theme: "light",
    background: "#fbf1c7",
    foreground: "#3c3836",
    cursor: "#3c3836",
    selection: "#d5c4a1",
    colours: colours(
      "#fbf1c7 #cc241d #98971a #d79921 #458588 #b16286 #689d6a #7c6f64",
      "#928374 #9d0006 #79740e #b57614 #076678 #8f3f71 #427b58 #3c3836",
    ),
  },
  {
    id: "one-dark",
    name: "One Dark",
    theme: "dark",
    background: "#282c34",
    foreground: "#abb2bf",
    cursor: "#528bff",
    selection: "#3e4451",
    colours: colours(
      "#282c34 #e06c75 #98c379 #e5c07b #61afef #c678dd #56b6c2 #abb2bf",
      "#5c6370 #e06c75 #98c379 #e5c07b #61afef #c678dd #56b6c2 #ffffff",
    ),
  },
  {
    id: "catppuccin-mocha",
    name: "Catppuccin Mocha",
    theme: "dark",
    background: "#1e1e2e",
    foreground: "#cdd6f4",
    cursor: "#f5e0dc",
    selection: "#45475a",
    colours: colours(
      "#45475a #f38ba8 #a6e3a1 #f9e2af #89b4fa #f5c2e7 #94e2d5 #bac2de",
      "#585b70 #f38ba8 #a6e3a1 #f9e2af #89b4fa #f5c2e7 #94e2d5 #a6adc8",
    ),
  },
  {
    id: "catppuccin-latte",
    name: "Catppuccin Latte",
    theme: "light",
    background: "#eff1f5",
    foreground: "#4c4f69",
    cursor: "#dc8a78",
    selection: "#bcc0cc",
    colours: colours(
      "#5c5f77 #d20f39 #40a02b #df8e1d #1e66f5 #ea76cb #179299 #acb0be",
      "#6c6f85 #d20f39 #40a02b #df8e1d #1e66f5 #ea76cb #179299 #bcc0cc",
    ),
  },
  {
    id: "tokyo-night",
    name: "Tokyo Night",
    theme: "dark",
    background: "#1a1b26",
    foreground: "#c0caf5",
    cursor: "#c0caf5",
    selection: "#33467c",
    colours: colours(
      "#15161e #f7768e #9ece6a #e0af68 #7aa2f7 #bb9af7 #7dcfff #a9b1d6",
      "#414868 #f7768e #9ece6a #e0af68 #7aa2f7 #bb9af7 #7dcfff #c0caf5",
    ),
  },
];

function colours(normal: string, bright: string): string[] {
  return [...normal.split(" "), ...bright.split(" ")];
}

const byId = new Map(palettes.map((palette) => [palette.id, palette]));

/** The palette a setting means under a theme. `auto`, and an id that no longer exists, follow the theme. */
export function paletteFor(setting: string, theme: "dark" | "light"): Palette {
  const palette = byId.get(setting) ?? byId.get(`cellar-${theme}`);
  if (palette === undefined) throw new Error(`no palette for the ${theme} theme`);
  return palette;
}

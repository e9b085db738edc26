/** Where a window goes on the displays there are now: pure, so that unplugged displays need not be unplugged to be tested. */
export type Rectangle = { x: number; y: number; width: number; height: number };
/** What of Electron's `Display` says where windows can be. All in pixels that do not depend on the scale. */
export type Screen = { bounds: Rectangle; workArea: Rectangle; scaleFactor: number };
export type Place = { arrangement: string; bounds: Rectangle };

export const smallestWindow = { width: 640, height: 480 };

/** At home, at work, on the train, and with a projector: nobody has many more. */
const mostArrangements = 8;
/** Of a title bar, as much as one can grab. */
const grip = { across: 100, above: 8, below: 40 };

/** The displays as a key: the same ones in the same places have the same, whatever their ids are this time. */
export function arrangementOf(screens: readonly Screen[]): string {
  return screens
    .map(({ bounds: { x, y, width, height }, scaleFactor }) => `${x},${y} ${width}x${height} @${scaleFactor}`)
    .sort()
    .join(" | ");
}

/** With where the window is now, the latest first. */
export function placesWith(places: readonly Place[], place: Place): Place[] {
  return [place, ...places.filter(({ arrangement }) => arrangement !== place.arrangement)].slice(0, mostArrangements);
}

/** Where it was with these displays, else where it was last, brought to where one can reach it; null for a window that was nowhere yet. */
export function placeFor(places: readonly Place[], screens: readonly Screen[]): Rectangle | null {
  const now = arrangementOf(screens);
  const place = places.find(({ arrangement }) => arrangement === now) ?? places[0];
  return place === undefined ? null : reachable(place.bounds, screens);
}

/** `bounds` if its title bar can be grabbed and it fits where it is; else moved to the nearest display and made to fit. */
export function reachable(bounds: Rectangle, screens: readonly Screen[]): Rectangle {
  const areas = screens.map(({ workArea }) => workArea);
  const touched = areas.filter((area) => overlap(bounds, area) > 0);
  if (areas.some((area) => canGrab(bounds, area))) return fitted(bounds, touched);
  const nearest = [...areas].sort((a, b) => distance(bounds, a) - distance(bounds, b))[0];
  return nearest === undefined ? bounds : within(bounds, nearest);
}

function canGrab(bounds: Rectangle, area: Rectangle): boolean {
  const across = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  return (
    across >= Math.min(grip.across, bounds.width) &&
    bounds.y >= area.y - grip.above &&
    bounds.y <= area.y + area.height - grip.below
  );
}

/** A window may hang over an edge, but not be larger than all the displays it is on: at another scale they have fewer pixels. */
function fitted(bounds: Rectangle, areas: readonly Rectangle[]): Rectangle {
  const across = Math.max(...areas.map(({ x, width }) => x + width)) - Math.min(...areas.map(({ x }) => x));
  const down = Math.max(...areas.map(({ y, height }) => y + height)) - Math.min(...areas.map(({ y }) => y));
  const { width, height } = atLeastUsable(bounds);
  if (width <= across && height <= down) return { ...bounds, width, height };
  const [area] = [...areas].sort((a, b) => overlap(bounds, b) - overlap(bounds, a));
  return area === undefined ? bounds : within(bounds, area);
}

function within(bounds: Rectangle, area: Rectangle): Rectangle {
  const usable = atLeastUsable(bounds);
  const width = Math.min(usable.width, area.width);
  const height = Math.min(usable.height, area.height);
  return {
    x: Math.max(area.x, Math.min(bounds.x, area.x + area.width - width)),
    y: Math.max(area.y, Math.min(bounds.y, area.y + area.height - height)),
    width,
    height,
  };
}

function atLeastUsable({ width, height }: Rectangle): { width: number; height: number } {
  return { width: Math.max(width, smallestWindow.width), height: Math.max(height, smallestWindow.height) };
}

function overlap(a: Rectangle, b: Rectangle): number {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return across > 0 && down > 0 ? across * down : 0;
}

function distance(a: Rectangle, b: Rectangle): number {
  const x = a.x + a.width / 2 - Math.max(b.x, Math.min(a.x + a.width / 2, b.x + b.width));
  const y = a.y + a.height / 2 - Math.max(b.y, Math.min(a.y + a.height / 2, b.y + b.height));
  return Math.hypot(x, y);
}

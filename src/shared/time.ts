/** Times and sizes as people say them. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** "just now", "2 min ago", "yesterday 14:05", "3 Mar". `now` in milliseconds. */
export function ago(iso: string, now: number): string {
  const then = Date.parse(iso);
  const passed = now - then;
  if (passed < 10 * second) return "just now";
  if (passed < minute) return `${Math.floor(passed / second)} s ago`;
  if (passed < hour) return `${Math.floor(passed / minute)} min ago`;
  if (passed < 12 * hour || sameDay(then, now)) return `${Math.floor(passed / hour)} h ago`;
  if (sameDay(then, now - day)) return `yesterday ${clock(then)}`;
  if (passed < 300 * day) return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(then);
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" }).format(then);
}

/** "0:41", "12:04", "3 h 12 min", "2 d 4 h": how long something has been going on. */
export function elapsed(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < hour) return `${Math.floor(whole / minute)}:${two(Math.floor((whole % minute) / second))}`;
  if (whole < day) return `${Math.floor(whole / hour)} h ${Math.floor((whole % hour) / minute)} min`;
  return `${Math.floor(whole / day)} d ${Math.floor((whole % day) / hour)} h`;
}

/** "3 ms", "0.4 s", "12 s", "2 min 5 s": how long something took. */
export function duration(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 10 * second) return `${(ms / second).toFixed(1)} s`;
  if (ms < minute) return `${Math.round(ms / second)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min ${Math.floor((ms % minute) / second)} s`;
  return elapsed(ms);
}

/** In the person's own zone and to the second, for hover. */
export function exact(iso: string): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" }).format(Date.parse(iso));
}

/** Decimal units, as disks and networks are sold: "812 B", "4.1 kB", "23 MB". */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(value >= 9.95 ? 0 : 1)} ${units[unit]}`;
}

/** "1 file", "1 204 files". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

function clock(time: number): string {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(time);
}

function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

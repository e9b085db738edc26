/** The order of versions, as semver.org defines it: what is newer is decided here and nowhere else. */
const pattern = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

export function isVersion(text: string): boolean {
  return pattern.test(text);
}

/** False for anything that is no version: what is not understood is never newer. */
export function isNewer(version: string, than: string): boolean {
  const [a, b] = [pattern.exec(version), pattern.exec(than)];
  if (a === null || b === null) return false;
  for (const part of [1, 2, 3]) {
    const difference = Number(a[part]) - Number(b[part]);
    if (difference !== 0) return difference > 0;
  }
  return newerPreRelease(a[4], b[4]);
}

/** A release is newer than its pre-releases; those are compared part by part, numbers as numbers and before words. */
function newerPreRelease(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a === undefined && b !== undefined;
  const [as, bs] = [a.split("."), b.split(".")];
  for (let index = 0; index < Math.max(as.length, bs.length); index++) {
    const [mine, other] = [as[index], bs[index]];
    if (mine === other) continue;
    if (mine === undefined || other === undefined) return other === undefined;
    const [isNumber, otherIsNumber] = [/^\d+$/.test(mine), /^\d+$/.test(other)];
    if (isNumber && otherIsNumber) return Number(mine) > Number(other);
    if (isNumber !== otherIsNumber) return otherIsNumber;
    return mine > other;
  }
  return false;
}

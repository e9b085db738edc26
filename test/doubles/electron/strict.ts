/**
 * Holds the double to what Cellar uses: a property that is not listed throws by name, so that code which begins to use more of Electron fails
 * here and not on a person's computer. What is listed is typed with `satisfies` against Electron's own declarations.
 */
export function strict<Part extends object>(name: string, part: Part): Part {
  return new Proxy(part, {
    get(target, property, receiver) {
      if (typeof property === "symbol" || property in target) return Reflect.get(target, property, receiver);
      // Asked of every value by promises, and by those that print it.
      if (property === "then" || property === "toJSON") return undefined;
      throw new Error(`The double of Electron has no ${name}.${property}`);
    },
  });
}

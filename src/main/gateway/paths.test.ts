/** Rules about methods and paths: no reading of a path leads past them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { request, rulesOf, verdict } from "#test/gateway-rules.ts";

describe("methods and paths", () => {
  const rules = rulesOf(
    { host: "api.example.org", methods: ["GET"], paths: ["/v1", "/repos/own/"] },
    { host: "api.example.org", methods: ["POST"], paths: ["/v1/upload"] },
  );
  test.each([
    ["GET", "/v1", "allow"],
    ["GET", "/v1?x=/../../etc", "allow"],
    ["GET", "/v1/x", "allow"],
    ["GET", "/v10", "path_not_allowed"],
    ["GET", "/", "path_not_allowed"],
    ["POST", "/v1/upload", "allow"],
    ["POST", "/v1", "path_not_allowed"],
    ["PUT", "/v1", "method_not_allowed"],
    ["get", "/v1", "method_not_allowed"],
    ["GET", "/repos/own/x", "allow"],
    ["GET", "/repos/own", "path_not_allowed"],
    ["GET", "/V1", "path_not_allowed"],
    ["GET", "/%76%31/x", "allow"],
    ["GET", "/v1/../admin", "path_not_allowed"],
    ["GET", "/v1/%2e%2e/admin", "path_not_allowed"],
    ["GET", "/v1/..%2fadmin", "path_not_allowed"],
    ["GET", "/v1/%252e%252e/admin", "path_not_allowed"],
    ["GET", "/v1\\..\\admin", "path_not_allowed"],
    ["GET", "//v1/x", "path_not_allowed"],
    ["GET", "/v1//x", "path_not_allowed"],
    ["GET", "/v1/;/../admin", "path_not_allowed"],
    ["GET", "/v1/%zz", "path_not_allowed"],
    ["GET", "/v1/%00", "path_not_allowed"],
    ["OPTIONS", "*", "path_not_allowed"],
  ])("%s %s: %s", (method, path, expected) => {
    expect(verdict(request(path, method), rules)).toBe(expected);
  });

  test("a denied path is denied in every spelling that might be it", () => {
    const denying = rulesOf(
      { host: "api.example.org" },
      { host: "api.example.org", effect: "deny", paths: ["/admin"] },
    );
    for (const path of ["/admin", "/admin/x", "/%61dmin", "/x/../admin", "//admin", "/./admin", "/x/%2e%2e/admin"]) {
      expect(verdict(request(path), denying)).toBe("denied_by_rule");
    }
    expect(verdict(request("/administrator"), denying)).toBe("allow");
  });

  test("no path that a server could read as one outside is allowed", () => {
    const part = fc.constantFrom(
      "v1",
      "..",
      ".",
      "%2e",
      "%2E%2e",
      "%2f",
      "//",
      "/",
      "\\",
      ";",
      "admin",
      "%5c",
      "%25",
      "?",
      "x",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const path = `/${parts.join("/")}`;
        if (verdict(request(path), rules) !== "allow") return;
        const readings = [path, decodeURIComponent(path)].map(
          (each) => new URL(each.replaceAll("\\", "/"), "http://a.example").pathname,
        );
        for (const reading of readings) expect(reading).toMatch(/^\/v1(\/|$)|^\/repos\/own\//);
      }),
      { numRuns: 3000 },
    );
  });
});

/** Hosts as allow-lists name them. */
import { z } from "zod";

/** `example.com`, `*.example.com`, or either with `:8443`; lower case. Never an address. */
export const hostPattern = z
  .string()
  .max(260)
  .regex(
    /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}(:[1-9][0-9]{0,4})?$/,
    "must be a host name in lower case, *.domain, or either with :port",
  );

/** What broker and gateway share: which host is meant, which address may be reached, and dialling exactly that. */
export { formatAddress, parseAddress } from "./address.ts";
export { type AddressClass, addressClasses } from "./address-class.ts";
export { type Destination, Dialer, type DialerParts, DialRefused, reasonOf } from "./dial.ts";
export { hopByHop } from "./hop-by-hop.ts";
export { parseHost, parseHostPattern } from "./host.ts";

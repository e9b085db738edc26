/** What broker and gateway share: which host is meant, which address may be reached, and dialling exactly that. */
export { type Address, formatAddress, parseAddress } from "./address.ts";
export { type AddressClass, addressClasses, classOfAddress, embeddedAddress, refusedClass } from "./address-class.ts";
export { type Destination, Dialer, type DialerParts, DialRefused, type Resolve, reasonOf } from "./dial.ts";
export { hopByHop } from "./hop-by-hop.ts";
export { type Host, hostMatches, parseHost, parseHostPattern } from "./host.ts";

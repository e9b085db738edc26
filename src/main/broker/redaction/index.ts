/** The forms of a secret, without the rest of the broker: a worker loads them alone. */
export { formsOf } from "./forms.ts";

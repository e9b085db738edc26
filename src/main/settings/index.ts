/** Settings: what a person may change, in a file of their own. */
export { settingsProcedures } from "./procedures.ts";
export { SettingsService } from "./service.ts";

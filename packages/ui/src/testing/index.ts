export { stubModalDialogs } from "./modal-dialogs.ts";

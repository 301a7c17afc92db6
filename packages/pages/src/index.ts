export { brand, htmlDocument, type PageContext } from "./document.ts";
export { Html, html } from "./html.ts";

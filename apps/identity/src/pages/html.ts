export { Html, html } from "@mullion/pages";

/** Markup that is safe to send: text put into it was escaped. */
export class Html {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

type Value = string | number | Html | readonly Html[] | undefined | false;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function render(value: Value): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.html;
  if (typeof value === "object") return value.map(({ html: markup }) => markup).join("");
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** Tagged template for markup. Values are escaped unless they are markup themselves; `undefined` and `false` vanish. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: parts }, ...values.map(render)));
}

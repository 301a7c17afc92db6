import { describe, expect, it } from "vitest";
import { html } from "./html.ts";

describe("html", () => {
  it("escapes text in content and attributes", () => {
    const text = `"><img src=x onerror='alert(1)'>&`;
    expect(html`<p title="${text}">${text}</p>`.html).toBe(
      '<p title="&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;">' +
        "&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;</p>",
    );
  });

  it("keeps markup made by itself, alone or in a list, and leaves out what is absent", () => {
    const items = ["a", "<b>"].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>${undefined}${false}${0}`.html).toBe(
      "<ul><li>a</li><li>&lt;b&gt;</li></ul>0",
    );
  });
});

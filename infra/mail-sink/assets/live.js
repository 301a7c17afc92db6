// Draws the list anew whenever mail comes in. Without scripts the page shows it at the next visit.
const changes = new EventSource("/events");
let drawing = false;
let again = false;

async function draw() {
  again = drawing;
  if (drawing) return;
  drawing = true;
  try {
    const response = await fetch(location.href);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const list = page.getElementById("mails");
    if (list) document.getElementById("mails")?.replaceChildren(...list.childNodes);
  } catch {
    // Away for the moment: the next connection draws again.
  } finally {
    drawing = false;
  }
  if (again) await draw();
}

// What came between the page and the connection, or while there was none, was announced to nobody.
changes.addEventListener("open", () => void draw());
changes.addEventListener("change", () => void draw());

// Draws the list anew whenever mail comes in. Without scripts the page shows it at the next visit.
const changes = new EventSource("/events");
let drawing = false;
let again = false;

async function draw() {
  again = drawing;
  if (drawing) return;
  drawing = true;
  const response = await fetch(location.href);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const list = page.getElementById("mails");
  if (list) document.getElementById("mails")?.replaceChildren(...list.childNodes);
  drawing = false;
  if (again) await draw();
}

changes.addEventListener("change", () => void draw());

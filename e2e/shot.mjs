import { chromium } from "@playwright/test"; import fs from "node:fs";
const b = await chromium.launch({executablePath:"/usr/bin/chromium",args:["--no-sandbox","--disable-background-networking"]});
const [url,name,...rest]=process.argv.slice(2);
for (const scheme of ["light","dark"]) for (const [w,h] of [[1280,800],[390,844]]) { const c=await b.newContext({colorScheme:scheme,viewport:{width:w,height:h}}); const p = await c.newPage(); p.on("console",m=>console.log("CONSOLE",m.type(),m.text()));
if(rest[0]==="sid") await c.addCookies([{name:"__Host-mullion.sid",value:fs.readFileSync("/tmp/sid","utf8"),url:"https://localhost:3900",secure:true,httpOnly:true,sameSite:"Lax"}]);
await p.goto(url,{waitUntil:"networkidle"}); await p.screenshot({path:`/tmp/shot-${name}-${scheme}-${w}.png`}); await c.close(); }
await b.close();

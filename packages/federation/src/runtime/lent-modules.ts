// Webpack provides a shared module only if something in the build asks for it. These the host itself does not use.
import "@mullion/contracts/identity-clients";
import "@mullion/contracts/identity-keys";

import { withHost } from "@mullion/federation/build";

export default withHost({ compress: false });

import { withHost } from "@mullion/federation/build";

// Pages are never stored, so nobody compares their ETags.
export default withHost({ compress: false, generateEtags: false });

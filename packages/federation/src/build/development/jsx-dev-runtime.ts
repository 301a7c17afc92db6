import { Fragment, jsx, jsxs } from "react/jsx-runtime";

type Create = typeof jsx;

/**
 * `next dev` compiles JSX to `jsxDEV`, which React's production build does not have. A pane that is being developed lives in
 * a page of the deployed shell and shares its React: the elements are made by that one's own functions.
 */
export function jsxDEV(
  type: Parameters<Create>[0],
  props: Parameters<Create>[1],
  key: Parameters<Create>[2],
  isStaticChildren: boolean,
): ReturnType<Create> {
  return isStaticChildren ? jsxs(type, props, key) : jsx(type, props, key);
}

export { Fragment };

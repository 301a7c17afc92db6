import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { Skeleton } from "./skeleton.tsx";

/** One column. The first column names the row. */
export interface TableColumn<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** `end` for figures. */
  readonly align?: "start" | "end";
}

interface TableProps<Row> {
  /** Read out before the table. */
  readonly caption: string;
  readonly columns: readonly TableColumn<Row>[];
  /** Left out while the rows are on their way. */
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  /** Rows to keep free while loading. */
  readonly loadingRows?: number;
}

function cellClass(align: "start" | "end" | undefined, isFirst: boolean): string {
  return classNames("mu-table__cell", align === "end" && "mu-table__end", isFirst && "mu-table__cell--first");
}

function BodyRow<Row>({
  columns,
  row,
}: {
  readonly columns: readonly TableColumn<Row>[];
  readonly row: Row;
}): ReactNode {
  return (
    <tr role="row">
      {columns.map((column, index) =>
        index === 0 ? (
          <th key={column.id} scope="row" role="rowheader" className={cellClass(column.align, true)}>
            {column.cell(row)}
          </th>
        ) : (
          <td key={column.id} role="cell" className={cellClass(column.align, false)}>
            <span className="mu-table__label">{column.header}</span>
            {column.cell(row)}
          </td>
        ),
      )}
    </tr>
  );
}

function LoadingRow<Row>({ columns }: { readonly columns: readonly TableColumn<Row>[] }): ReactNode {
  return (
    <tr role="row">
      {columns.map((column, index) => (
        <td key={column.id} role="cell" className={cellClass(column.align, index === 0)}>
          <Skeleton width={column.align === "end" ? "short" : "medium"} />
        </td>
      ))}
    </tr>
  );
}

/** A table that turns each row into a block where there is no room for columns. */
export function Table<Row>({ caption, columns, rows, rowKey, loadingRows = 3 }: TableProps<Row>): ReactNode {
  // The roles look redundant, but browsers drop a table's own when CSS changes its display.
  return (
    <table className="mu-table" role="table" aria-busy={rows === undefined}>
      <caption className="mu-visually-hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th
              key={column.id}
              scope="col"
              role="columnheader"
              className={classNames("mu-table__head", column.align === "end" && "mu-table__end")}
            >
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows === undefined
          ? Array.from({ length: loadingRows }, (_, row) => <LoadingRow key={row} columns={columns} />)
          : rows.map((row) => <BodyRow key={rowKey(row)} columns={columns} row={row} />)}
      </tbody>
    </table>
  );
}

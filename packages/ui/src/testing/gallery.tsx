import type { ReactNode } from "react";
import {
  Account,
  Alert,
  AppFrame,
  Badge,
  BarChart,
  Button,
  Card,
  createFormatter,
  Dialog,
  EmptyState,
  ErrorCard,
  InlineSelect,
  Page,
  PageHeader,
  Segments,
  SelectField,
  Skeleton,
  StatTile,
  SwitchField,
  Table,
  TextAreaField,
  TextField,
  ThemeToggle,
} from "../index.ts";

const format = createFormatter();
const days = ["2026-03-08", "2026-03-09"].map((date, index) => ({
  id: date,
  label: format.day(date),
  shortLabel: format.shortDay(date),
  value: index * 1200,
}));
const choices = [
  { value: "a", label: "First" },
  { value: "b", label: "Second" },
] as const;
const columns = [
  { id: "name", header: "Name", cell: (row: { name: string }) => row.name },
  { id: "size", header: "Size", align: "end" as const, cell: () => format.bytes(2048) },
];
const nothing = (): void => undefined;

/** Every component on one page, for the tests that hold for all of them. */
export function Gallery(): ReactNode {
  return (
    <AppFrame
      navigation={[{ label: "Dashboard", href: "/dashboard", icon: "dashboard", current: true }]}
      banner={<Alert tone="warning">The session store does not answer.</Alert>}
      tools={
        <>
          <ThemeToggle />
          <Account name="Ada Lovelace" detail="ada@mullion.test" onSignOut={nothing} />
        </>
      }
    >
      <Page>
        <PageHeader title="Gallery" lead="All parts" actions={<Badge dot>Ready</Badge>} />
        <Card title="Form">
          <TextField label="Name" hint="As others see it" error="Enter a name." value="" onChange={nothing} />
          <TextAreaField label="Addresses" value="" onChange={nothing} />
          <SelectField label="Kind" choices={choices} value="a" onChange={nothing} />
          <SwitchField label="Digest" hint="Weekly" checked onChange={nothing} />
          <InlineSelect label="Role of Ada" choices={choices} value="b" onChange={nothing} />
          <Segments label="Period" choices={choices} value="a" onChange={nothing} />
          <Button variant="primary" busy>
            Save
          </Button>
        </Card>
        <StatTile label="Requests" value={undefined} />
        <Card title="Chart">
          <BarChart
            title="Sign-ins by day"
            description="Two days"
            category="Day"
            measure="Sign-ins"
            data={days}
            formatValue={format.number}
          />
        </Card>
        <Card>
          <Table caption="Things" columns={columns} rows={[{ name: "One" }]} rowKey={(row) => row.name} />
          <Table caption="Things to come" columns={columns} rows={undefined} rowKey={(row) => row.name} />
          <Skeleton shape="panel" />
        </Card>
        <EmptyState icon="note" title="Nothing yet" detail="Things appear here." />
        <Dialog role="alertdialog" title="Sure?" onCancel={nothing} actions={<Button>Cancel</Button>}>
          <p>It cannot be undone.</p>
        </Dialog>
        <ErrorCard title="Not loaded" detail="The server could not be reached." onRetry={nothing} />
      </Page>
    </AppFrame>
  );
}

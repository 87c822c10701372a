import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconUpload } from '@tabler/icons-react';
import { addresses, Link } from '../app/router.tsx';
import { words } from '../app/words.ts';

/** The directory comes from files and leaves as one. */
export function DirectoryFiles({ mayImport }: { mayImport: boolean }) {
  const { customerImport, customerExport } = words;
  const at = '/api/customers/export';
  return (
    <>
      {mayImport && (
        <Button
          variant="default"
          leftSection={<IconUpload size={17} aria-hidden />}
          renderRoot={(props) => <Link href={addresses.customerImport()} {...props} />}
        >
          {customerImport.open}
        </Button>
      )}
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
            {customerExport.open}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={`${at}?format=xlsx`} download>
            {customerExport.excel}
          </Menu.Item>
          <Menu.Item component="a" href={`${at}?format=csv`} download>
            {customerExport.csv}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

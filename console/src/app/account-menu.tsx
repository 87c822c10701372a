import { Menu, Text, UnstyledButton } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import type { Session } from '../api/bodies.ts';
import { useSignOut } from '../session/session.ts';
import { placesOf } from './places.ts';
import { navigate } from './router.tsx';
import classes from './shell.module.css';
import { words } from './words.ts';

/** Who is signed in, and the way out. */
export function AccountMenu({ session }: { session: Session }) {
  const signOut = useSignOut();
  const { name, email } = session.user;
  return (
    <Menu position="bottom-end" width={240} shadow="md">
      <Menu.Target>
        <UnstyledButton className={classes.account} aria-label={words.shell.account(name)}>
          {initials(name)}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)" truncate>
            {name}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {email}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        {placesOf(session).map(({ at, href, Icon }) => (
          <Menu.Item
            key={href}
            className={classes.menuPlace}
            leftSection={<Icon size={16} aria-hidden />}
            onClick={() => navigate(href)}
          >
            {words.shell[at]}
          </Menu.Item>
        ))}
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden />}
          closeMenuOnClick={false}
          disabled={signOut.isPending}
          onClick={() => signOut.mutate()}
        >
          {words.shell.signOut}
        </Menu.Item>
        {signOut.isError && (
          <Text role="alert" size="xs" c="var(--mantine-color-error)" px="sm" py={4}>
            {words.shell.signOutFailed}
          </Text>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  return `${parts[0]?.[0] ?? ''}${parts[1]?.[0] ?? ''}`.toUpperCase() || '·';
}

import {
  ActionIcon,
  Menu,
  Text,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import {
  IconAdjustments,
  IconFilePlus,
  IconFiles,
  IconLogout,
  IconMoon,
  IconScale,
  IconSun,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Session } from '../api/bodies.ts';
import { mayAdminister, useSignOut } from '../session/session.ts';
import { StampingNotices } from '../stamping/stamping-notices.tsx';
import { ModeBadge } from './mode-badge.tsx';
import { addresses, Link, navigate, type Route } from './router.tsx';
import classes from './shell.module.css';
import { useShortcut } from './shortcut.ts';
import { words } from './words.ts';

interface ShellProps {
  session: Session;
  page: Route['page'];
  children: ReactNode;
}

/** The frame around every page of a signed-in person: where they are, as whom, in which mode. */
export function Shell({ session, page, children }: ShellProps) {
  useShortcut('alt', 'KeyN', () => navigate(addresses.newInvoice));
  return (
    <>
      <a className={classes.skip} href="#content">
        {words.shell.skip}
      </a>
      <header className={classes.header}>
        <div className={classes.bar}>
          <Link className={classes.brand} href={addresses.newInvoice} aria-label={words.brand}>
            <img src="/favicon.svg" width={26} height={26} alt="" />
            <span className={classes.brandName}>{words.brand}</span>
          </Link>
          <nav className={classes.nav} aria-label={words.shell.navigation}>
            <NavLink href={addresses.newInvoice} current={page === 'new'}>
              <IconFilePlus size={18} aria-hidden />
              <span className={classes.navWord}>{words.shell.newInvoice}</span>
            </NavLink>
            <NavLink href={addresses.invoices} current={page === 'list'}>
              <IconFiles size={18} aria-hidden />
              <span className={classes.navWord}>{words.shell.invoices}</span>
            </NavLink>
            {mayAdminister(session) && (
              <NavLink href={addresses.reconciliation} current={page === 'reconciliation'}>
                <IconScale size={18} aria-hidden />
                <span className={classes.navWord}>{words.shell.reconciliation}</span>
              </NavLink>
            )}
            {session.user.is_operator && (
              <NavLink href={addresses.operation} current={page === 'operation'}>
                <IconAdjustments size={18} aria-hidden />
                <span className={classes.navWord}>{words.shell.operation}</span>
              </NavLink>
            )}
          </nav>
          <Text className={classes.tenant} size="sm" truncate title={session.tenant.legal_name}>
            {session.tenant.name}
          </Text>
          <ModeBadge livemode={session.tenant.livemode} />
          <SchemeButton />
          <AccountMenu session={session} />
        </div>
      </header>
      <StampingNotices />
      <main id="content" className={classes.main} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function NavLink(props: { href: string; current: boolean; children: ReactNode }) {
  return (
    <Link
      className={classes.navLink}
      href={props.href}
      aria-current={props.current ? 'page' : undefined}
    >
      {props.children}
    </Link>
  );
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const label = dark ? words.shell.light : words.shell.dark;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
    >
      {dark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}

function AccountMenu({ session }: { session: Session }) {
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

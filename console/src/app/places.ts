import { IconAdjustments, IconPackage, IconScale, IconUsers } from '@tabler/icons-react';
import type { Session } from '../api/bodies.ts';
import { mayAdminister } from '../session/session.ts';
import { addresses } from './router.tsx';

type Place = 'customers' | 'products' | 'reconciliation' | 'operation';

/** Pages besides invoices. A phone has no room for them in its header: there the menu has them. */
export function placesOf(session: Session) {
  const places: { at: Place; href: string; Icon: typeof IconScale }[] = [
    { at: 'customers', href: addresses.customers, Icon: IconUsers },
    { at: 'products', href: addresses.products, Icon: IconPackage },
  ];
  if (mayAdminister(session)) {
    const at = 'reconciliation' as const;
    places.push({ at, href: addresses.reconciliation, Icon: IconScale });
  }
  if (session.user.is_operator) {
    places.push({ at: 'operation' as const, href: addresses.operation, Icon: IconAdjustments });
  }
  return places;
}

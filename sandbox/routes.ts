import type { FastifyInstance } from 'fastify';
import { ok } from './answer.ts';
import { catalogRoutes } from './catalogs/catalog-routes.ts';
import { cfdiCountRoutes } from './cfdi-counts/cfdi-count-routes.ts';
import { cfdiCounter } from './cfdi-counts/count-cfdis.ts';
import { controlRoutes } from './control/control-routes.ts';
import { customerRoutes } from './customers/customer-routes.ts';
import { invoiceControl } from './invoices/invoice-control.ts';
import { invoiceRoutes } from './invoices/invoice-routes.ts';
import { showOrganization } from './organizations/show-organization.ts';
import { outboxRoutes } from './outbox/outbox-routes.ts';
import type { SandboxParts } from './parts.ts';
import { productRoutes } from './products/product-routes.ts';
import { receiptRoutes } from './receipts/receipt-routes.ts';
import { validateTaxId } from './tools/validate-tax-id.ts';
import { deliveryRoutes } from './webhooks/delivery-routes.ts';
import { webhookRoutes } from './webhooks/webhook-routes.ts';

/** What FacturAPI answers, below `/v2`. */
export function apiRoutes(v2: FastifyInstance, parts: SandboxParts): void {
  const { runner, keyring, invoices, products, webhooks, now } = parts;
  v2.get(
    '/check',
    runner.serve(() => ok('{"ok":true}')),
  );
  v2.get(
    '/organizations/me',
    runner.serve(({ account }) =>
      showOrganization(account, {
        certificate: keyring.issuer(account.organization),
        nextFolio: invoices.nextFolio,
      }),
    ),
  );
  v2.get(
    '/tools/tax_id_validation',
    runner.serve(({ query }) => validateTaxId(query)),
  );
  catalogRoutes(v2, runner);
  customerRoutes(v2, runner, parts);
  productRoutes(v2, runner, products, now);
  invoiceRoutes(v2, runner, parts);
  receiptRoutes(v2, runner, parts);
  webhookRoutes(v2, runner, webhooks, now);
}

/** What steers the sandbox and shows what it saw, below `/__sandbox`. */
export function controlPlane(control: FastifyInstance, parts: SandboxParts): void {
  const { settlement, outbox, deliveries, deliveryPlan, database } = parts;
  const settingsChanged = () => {
    settlement.run();
    settlement.arm();
  };
  controlRoutes(control, { ...parts, settingsChanged });
  invoiceControl(control, parts);
  cfdiCountRoutes(control, cfdiCounter(database));
  outboxRoutes(control, outbox);
  deliveryRoutes(control, deliveries, deliveryPlan);
}

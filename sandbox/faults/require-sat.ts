import { ApiError } from '../api-error.ts';
import type { Settings } from '../settings.ts';

/** Called by whatever needs SAT or its PAC, right before the work that they would do. */
export function requireSat(settings: Pick<Settings, 'sat'>): void {
  if (settings.sat === 'up') return;
  const message = 'El servicio de timbrado no está disponible por el momento.';
  throw new ApiError(500, 'invoice_stamping_service_unavailable', message);
}

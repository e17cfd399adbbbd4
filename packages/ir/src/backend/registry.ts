/**
 * The devices of this process, by name. A backend package registers a factory when it is imported; the device itself
 * is made at its first use.
 */

import { DeviceError } from '../errors.ts';
import { StandardEngine } from '../plan/engine.ts';
import { Device } from '../run/device.ts';
import type { Engine } from '../run/engine.ts';
import type { Backend } from './backend.ts';

interface Registration {
  readonly makeBackend: () => Backend;
  readonly makeEngine: (backend: Backend) => Engine;
  device: Device | undefined;
}

const registrations = new Map<string, Registration>();
let defaultName: string | undefined;

/** How a device that is not registered is made known, for error messages. */
const REMEDIES = new Map([
  ['cpu', `import '@tenfold/backend-cpu'`],
  ['webgpu', `await webgpu() of '@tenfold/backend-webgpu'`],
]);

/**
 * Makes a device known under `name`; the first one registered is the default. Registering again replaces a device that is not
 * yet in use, or whose backend was disposed of.
 */
export function registerBackend(
  name: string,
  makeBackend: () => Backend,
  makeEngine: (backend: Backend) => Engine = (backend) => new StandardEngine(backend),
): void {
  const old = registrations.get(name)?.device;
  if (old && !old.backend.disposed) {
    throw new DeviceError(
      `registerBackend: device '${name}' is in use already; configure it before the first tensor`,
    );
  }
  // Tensors that are left of it are told from those of the new one by this.
  if (old) old.name += ' (disposed of)';
  registrations.set(name, { makeBackend, makeEngine, device: undefined });
  defaultName ??= name;
}

/** The device of a name, or the default one. Raises DeviceError naming the known devices and the package to import. */
export function getDevice(name: string | undefined = defaultName): Device {
  if (name === undefined) {
    throw new DeviceError(
      `no device is registered; import '@tenfold/backend-cpu' (or another backend) first`,
    );
  }
  const registration = registrations.get(name);
  if (!registration) {
    const known = [...registrations.keys()].map((n) => `'${n}'`).join(', ') || 'none';
    const remedy = REMEDIES.get(name);
    throw new DeviceError(
      `unknown device '${name}'; known devices: ${known}` + (remedy ? `; ${remedy} first` : ''),
    );
  }
  if (!registration.device) {
    const backend = registration.makeBackend();
    registration.device = new Device(name, backend, registration.makeEngine(backend));
  }
  return registration.device;
}

/** The name of the device that creation functions use when none is given. */
export function defaultDevice(): string | undefined {
  return defaultName;
}

/** Chooses the default device; it must be registered. */
export function setDefaultDevice(device: string): void {
  getDevice(device);
  defaultName = device;
}

/** Whether a device of this name is registered. */
export function hasDevice(name: string): boolean {
  return registrations.has(name);
}

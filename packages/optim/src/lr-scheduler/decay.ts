/** Schedules that change the learning rate by a factor: at certain steps, at each, or over a first stretch of them. */

import { ArgumentError } from '@tenfold/ir';
import { LRScheduler, requireSteps } from './scheduler.ts';
import type { Scheduled } from './scheduler.ts';

/** Options that every schedule has. */
export interface ScheduleOptions {
  /** The step to go on after. Default -1: start anew. */
  readonly lastEpoch?: number;
}

export interface DecayOptions extends ScheduleOptions {
  /** The factor. Default 0.1. */
  readonly gamma?: number;
}

/** What is times the present learning rates. */
abstract class FactorLR extends LRScheduler {
  /** By how much the rates of the step before are multiplied. */
  protected abstract factor(epoch: number): number;

  /** By how much the base is multiplied to get the rates of a step. */
  protected abstract total(epoch: number): number;

  protected getLr(): readonly number[] {
    const factor = this.factor(this.lastEpoch);
    return this.present().map((lr) => lr * factor);
  }

  protected override closedForm(): readonly number[] {
    const total = this.total(this.lastEpoch);
    return this.baseLrs.map((lr) => lr * total);
  }
}

/** Multiplies by `gamma` every `stepSize` steps, as torch.optim.lr_scheduler.StepLR. */
export class StepLR extends FactorLR {
  stepSize: number;
  gamma: number;

  constructor(optimizer: Scheduled, stepSize: number, { gamma = 0.1, lastEpoch }: DecayOptions = {}) {
    super(optimizer, lastEpoch);
    requireSteps('StepLR', 'stepSize', stepSize);
    this.stepSize = stepSize;
    this.gamma = gamma;
    this.start();
  }

  protected factor(epoch: number): number {
    return epoch === 0 || epoch % this.stepSize !== 0 ? 1 : this.gamma;
  }

  protected total(epoch: number): number {
    return this.gamma ** Math.floor(epoch / this.stepSize);
  }
}

/** Multiplies by `gamma` at each milestone, as torch.optim.lr_scheduler.MultiStepLR. */
export class MultiStepLR extends FactorLR {
  milestones: readonly number[];
  gamma: number;

  constructor(
    optimizer: Scheduled,
    milestones: readonly number[],
    { gamma = 0.1, lastEpoch }: DecayOptions = {},
  ) {
    super(optimizer, lastEpoch);
    this.milestones = [...milestones].sort((a, b) => a - b);
    this.gamma = gamma;
    this.start();
  }

  protected factor(epoch: number): number {
    return this.gamma ** this.milestones.filter((milestone) => milestone === epoch).length;
  }

  protected total(epoch: number): number {
    return this.gamma ** this.milestones.filter((milestone) => milestone <= epoch).length;
  }
}

export interface ConstantLROptions extends ScheduleOptions {
  /** The factor of the first steps, from 0 to 1. Default 1/3. */
  readonly factor?: number;
  /** How many steps it holds for. Default 5. */
  readonly totalIters?: number;
}

/** A smaller rate for the first steps, as torch.optim.lr_scheduler.ConstantLR. */
export class ConstantLR extends FactorLR {
  startFactor: number;
  totalIters: number;

  constructor(optimizer: Scheduled, { factor = 1 / 3, totalIters = 5, lastEpoch }: ConstantLROptions = {}) {
    super(optimizer, lastEpoch);
    requireShare('ConstantLR', 'factor', factor);
    this.startFactor = factor;
    this.totalIters = totalIters;
    this.start();
  }

  protected factor(epoch: number): number {
    if (epoch === 0) return this.startFactor;
    return epoch === this.totalIters ? 1 / this.startFactor : 1;
  }

  protected total(epoch: number): number {
    return epoch >= this.totalIters ? 1 : this.startFactor;
  }
}

export interface LinearLROptions extends ScheduleOptions {
  /** The factor of the first step, above 0 to 1. Default 1/3. */
  readonly startFactor?: number;
  /** The factor from `totalIters` on, from 0 to 1. Default 1. */
  readonly endFactor?: number;
  /** How many steps it changes for. Default 5. */
  readonly totalIters?: number;
}

/** A factor that changes linearly over the first steps, as torch.optim.lr_scheduler.LinearLR. */
export class LinearLR extends FactorLR {
  startFactor: number;
  endFactor: number;
  totalIters: number;

  constructor(optimizer: Scheduled, options: LinearLROptions = {}) {
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5, lastEpoch } = options;
    super(optimizer, lastEpoch);
    requireShare('LinearLR', 'startFactor', startFactor);
    if (endFactor !== 0) requireShare('LinearLR', 'endFactor', endFactor);
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.totalIters = totalIters;
    this.start();
  }

  protected factor(epoch: number): number {
    if (epoch === 0) return this.startFactor;
    if (epoch > this.totalIters) return 1;
    const change = this.endFactor - this.startFactor;
    return 1 + change / (this.totalIters * this.startFactor + (epoch - 1) * change);
  }

  protected total(epoch: number): number {
    const change = this.endFactor - this.startFactor;
    return this.startFactor + (change * Math.min(this.totalIters, epoch)) / this.totalIters;
  }
}

/** Multiplies by `gamma` at each step, as torch.optim.lr_scheduler.ExponentialLR. */
export class ExponentialLR extends FactorLR {
  gamma: number;

  constructor(optimizer: Scheduled, gamma: number, { lastEpoch }: ScheduleOptions = {}) {
    super(optimizer, lastEpoch);
    this.gamma = gamma;
    this.start();
  }

  protected factor(epoch: number): number {
    return epoch === 0 ? 1 : this.gamma;
  }

  protected total(epoch: number): number {
    return this.gamma ** epoch;
  }
}

export interface PolynomialLROptions extends ScheduleOptions {
  /** How many steps it takes to 0. Default 5. */
  readonly totalIters?: number;
  /** The exponent. Default 1. */
  readonly power?: number;
}

/** `(1 - step / totalIters)^power`, as torch.optim.lr_scheduler.PolynomialLR. */
export class PolynomialLR extends FactorLR {
  totalIters: number;
  power: number;

  constructor(optimizer: Scheduled, { totalIters = 5, power = 1, lastEpoch }: PolynomialLROptions = {}) {
    super(optimizer, lastEpoch);
    this.totalIters = totalIters;
    this.power = power;
    this.start();
  }

  protected factor(epoch: number): number {
    if (epoch === 0 || epoch > this.totalIters) return 1;
    const left = (step: number) => 1 - step / this.totalIters;
    return (left(epoch) / left(epoch - 1)) ** this.power;
  }

  protected total(epoch: number): number {
    return (1 - Math.min(this.totalIters, epoch) / this.totalIters) ** this.power;
  }
}

function requireShare(scheduler: string, name: string, value: number): void {
  if (value > 0 && value <= 1) return;
  throw new ArgumentError(`${scheduler}: ${name} is ${value}, expected a number above 0 to 1`);
}

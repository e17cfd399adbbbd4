/**
 * What the page and its worker say to each other. The page asks, the worker tells; no message is an answer that somebody
 * waits for, so neither ever stands still for the other.
 */

import type { ModelName } from '@tenfold/examples/models';

export const TASKS = ['digits', 'text'] as const;
export type Task = (typeof TASKS)[number];

export const DEVICES = ['cpu', 'webgpu'] as const;
export type DeviceName = (typeof DEVICES)[number];

/** What the page asks of the worker. */
export type Request =
  | { readonly type: 'start'; readonly task: Task }
  | { readonly type: 'stop' }
  /** Forgets what was learned. */
  | { readonly type: 'reset'; readonly task: Task }
  /** Goes on from the same weights on another device. */
  | { readonly type: 'device'; readonly device: DeviceName }
  | { readonly type: 'learningRate'; readonly task: Task; readonly value: number }
  /** Another network for the digits, untrained. */
  | { readonly type: 'network'; readonly network: ModelName }
  /** Grey values of an image of 28 x 28 pixels. */
  | { readonly type: 'recognise'; readonly pixels: Uint8Array<ArrayBuffer> }
  /** Another text to learn from, which a network begins anew. */
  | { readonly type: 'learnFrom'; readonly name: string; readonly text: string }
  | {
      readonly type: 'write';
      readonly prompt: string;
      readonly temperature: number;
      readonly length: number;
    };

export interface DeviceStatus {
  readonly device: DeviceName;
  /** Why it cannot be used; undefined when it can. */
  readonly missing?: string;
  /** What there is to say of it, `4 threads`. */
  readonly detail?: string;
}

export interface Memory {
  /** Bytes in use now, and the most there have been. */
  readonly used: number;
  readonly peak: number;
}

export interface Progress {
  /** Training steps done. */
  readonly step: number;
  /** Mean loss of the steps since the last report. */
  readonly loss: number;
  /** Images or characters a second, while training. */
  readonly perSecond: number;
  /** What the device tells of its memory, if it does. */
  readonly memory?: Memory;
}

/** How the network does on digits that it never trained on. */
export interface Exam {
  /** Share that is right, from 0 to 1. */
  readonly accuracy: number;
  /** What it says of the first ones, those that the page shows. */
  readonly guesses: readonly number[];
}

/** What the worker tells the page. */
export type Report =
  /** Comes first, and again when a device is lost. */
  | { readonly type: 'devices'; readonly devices: readonly DeviceStatus[] }
  /** What is being trained now; undefined when nothing is. */
  | { readonly type: 'running'; readonly task: Task | undefined }
  | { readonly type: 'device'; readonly device: DeviceName }
  /** A network has begun anew. */
  | { readonly type: 'fresh'; readonly task: Task; readonly parameters: number }
  | ({ readonly type: 'progress'; readonly task: Task } & Progress)
  /** Digits to be shown, 784 grey values each, and what they are. */
  | {
      readonly type: 'examples';
      readonly images: Uint8Array<ArrayBuffer>;
      readonly labels: readonly number[];
    }
  | ({ readonly type: 'exam' } & Exam)
  /** Ten numbers that sum to 1. */
  | { readonly type: 'recognised'; readonly probabilities: readonly number[] }
  | {
      readonly type: 'corpus';
      readonly name: string;
      readonly characters: number;
      readonly different: number;
    }
  /** What the network has written so far, without the prompt; asked for, or of itself while it learns. */
  | {
      readonly type: 'written';
      readonly text: string;
      readonly step: number;
      readonly asked: boolean;
      readonly done: boolean;
    }
  /** Something that takes a while; an empty text when it is over. */
  | { readonly type: 'busy'; readonly text: string }
  | { readonly type: 'failed'; readonly message: string };

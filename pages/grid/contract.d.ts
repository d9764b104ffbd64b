// Made by `python -m pages.grid.typings` from contract.py: change that, not this.
type Keys<T> = T extends unknown ? keyof T : never;
type Filled<T, All = T> = T extends unknown
  ? T & { [name in Exclude<Keys<All>, keyof T>]?: undefined }
  : never;

export type Mark = 1 | 0 | -1;

export type Rule = "skip" | "negative";

export interface GridTile {
  id: string;
  src: string;
  aspect?: number;
  rank: number;
  score: string | null;
  reason: string;
  caption: string;
  meta: Array<[string, string]>;
  fallback?: string;
  full?: string;
  link?: string;
}

export interface Counts {
  yes: number;
  no: number;
}

export interface GridInsight {
  pages: Array<number>;
  counts: Array<number>;
  threshold: number;
  interval: string;
  advice: string;
  sampled: number;
}

export interface CommonGrid {
  key: string;
  tiles: Array<GridTile>;
  note?: string;
  error?: string;
  collection?: string;
  intake?: boolean;
  heard?: number;
}

export interface WelcomeGrid {
  key: string;
  tiles: Array<GridTile>;
  note?: string;
  error?: string;
  collection?: string;
  intake?: boolean;
  heard?: number;
  mode: "welcome";
}

export interface MiningGrid {
  key: string;
  tiles: Array<GridTile>;
  note?: string;
  error?: string;
  collection?: string;
  intake?: boolean;
  heard?: number;
  mode: "mine";
  title: string;
  action: string;
  made: number;
  turns: string;
  round: number;
  marks: { [name: string]: 1 | 0 | -1 };
  counts: Counts;
  last: string;
  unmarked: "skip" | "negative";
  undoable: boolean;
  redoable: boolean;
  insight: GridInsight;
  prefetch: Array<string>;
  timing: { [name: string]: number };
  ticket?: string;
}

export interface ResultsGrid {
  key: string;
  tiles: Array<GridTile>;
  note?: string;
  error?: string;
  collection?: string;
  intake?: boolean;
  heard?: number;
  mode: "results";
  title: string;
  more: boolean;
}

export interface LabelsGrid {
  key: string;
  tiles: Array<GridTile>;
  note?: string;
  error?: string;
  collection?: string;
  intake?: boolean;
  heard?: number;
  mode: "labels";
  title: string;
  action: string;
  marks: { [name: string]: 1 | 0 | -1 };
  undoable: boolean;
  redoable: boolean;
  more: boolean;
}

export interface AuditGrid {
  key: string;
  tiles: Array<GridTile>;
  note?: string;
  error?: string;
  collection?: string;
  intake?: boolean;
  heard?: number;
  mode: "audit";
  title: string;
  action: string;
  unmarked: "skip" | "negative";
  marks: { [name: string]: 1 | 0 | -1 };
  undoable: boolean;
}

export interface SheetGrid {
  key: string;
  tiles: Array<GridTile>;
  note?: string;
  error?: string;
  collection?: string;
  intake?: boolean;
  heard?: number;
  mode: "sheet";
  title: string;
  action: string;
  undoable: boolean;
  redoable: boolean;
}

export type GridData = Filled<WelcomeGrid | MiningGrid | ResultsGrid | LabelsGrid | AuditGrid | SheetGrid>;

export interface FinishEvent {
  type: "finish";
  marks: { [name: string]: 1 | 0 | -1 };
}

export interface HistoryEvent {
  type: "undo" | "redo";
}

export interface TurnedEvent {
  type: "turned";
  ticket: string;
  threshold?: number;
}

export interface UnmarkedEvent {
  type: "unmarked";
  rule: "skip" | "negative";
}

export interface ThresholdEvent {
  type: "threshold";
  value: number;
}

export interface PicturesEvent {
  type: "pictures";
  pictures: Array<string>;
}

export interface AddressEvent {
  type: "address";
  address: string;
}

export interface LikeEvent {
  type: "like";
  id: string;
  collection: string;
}

export interface MoreEvent {
  type: "more";
  shown: number;
}

export type GridEvent = Filled<FinishEvent | HistoryEvent | TurnedEvent | UnmarkedEvent | ThresholdEvent | PicturesEvent | AddressEvent | LikeEvent | MoreEvent>;

export interface Told {
  page: string;
  event: FinishEvent | HistoryEvent | TurnedEvent | UnmarkedEvent | ThresholdEvent | PicturesEvent | AddressEvent | LikeEvent | MoreEvent;
}

export interface ShownTile {
  id: string;
  reason: string;
}

export interface Turn {
  turn: "finish" | "show" | "undo" | "redo";
  round?: number;
  shown?: Array<ShownTile>;
  yes?: Array<string>;
  no?: Array<string>;
  unmarked?: "skip" | "negative";
  threshold?: number;
}

export interface Stand {
  round: number;
}

export interface Refusal {
  error: string;
}

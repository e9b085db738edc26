/** What agents in bottles ask the person: the queue, a bottle's part of it, and the counts. */
export { BottleProposalCount, ProposalCount } from "./proposal-count.tsx";
export { openProposals } from "./proposals-panel.tsx";
export { ProposalsSection } from "./proposals-section.tsx";
export { askLine } from "./words.ts";

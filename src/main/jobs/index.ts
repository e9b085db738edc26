export { composeJobs } from "./compose.ts";
export { jobProcedures } from "./procedures.ts";
export { jobRepository, jobsSchema } from "./repository.ts";
export { RunningJob } from "./running-job.ts";
export { JobService, type JobWork } from "./service.ts";

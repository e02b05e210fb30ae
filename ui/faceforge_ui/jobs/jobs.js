// The pages of jobs: bars that follow what Core tells, and a log that follows what a job writes.

import "./ff-job.js";
import "./ff-job-log.js";
import "./ff-under-way.js";

//! A job's telemetry: the last quarter of an hour, live.

use crate::client::{Client, Live, Stopper, Word, json};
use crate::paths::endpoint;
use api::top::{Sample, TopEvent};
use leptos::prelude::*;
use std::{cell::OnceCell, collections::VecDeque, rc::Rc};

/// How far back readings are kept.
pub(crate) const WINDOW_SECS: u32 = 15 * 60;
/// Most readings kept, whatever their times claim.
const MOST: usize = 2_000;

/// How the readings stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// No word yet.
    Opening,
    /// The job does not run yet.
    Waiting,
    /// Readings come.
    Live,
    /// The stream broke; another try is coming.
    Broken,
    /// No more will come.
    Over,
}

/// The readings of one job.
#[derive(Clone, Copy)]
pub(crate) struct TopQuery {
    pub(crate) samples: RwSignal<VecDeque<Sample>>,
    pub(crate) standing: RwSignal<Standing>,
    live: StoredValue<Option<Live>, LocalStorage>,
}

impl TopQuery {
    pub(crate) fn open(client: Client, id: &str) -> Self {
        let query = Self {
            samples: RwSignal::new(VecDeque::new()),
            standing: RwSignal::new(Standing::Opening),
            live: StoredValue::new_local(None),
        };
        let path = endpoint::top(id);
        let stop = Rc::new(OnceCell::<Stopper>::new());
        let stop_inside = Rc::clone(&stop);
        let live = Live::open(
            client,
            move || path.clone(),
            move |word| match word {
                Word::Open | Word::Binary(_) => {}
                Word::Broken | Word::Refused(_) => query.stand(Standing::Broken),
                Word::Text(text) => match json::read_top_event(&text) {
                    Ok(TopEvent::Sample(sample)) => {
                        query.samples.try_update(|samples| push(samples, sample));
                        query.stand(Standing::Live);
                    }
                    Ok(TopEvent::Waiting) => query.stand(Standing::Waiting),
                    Ok(TopEvent::End { reason }) if !reason.may_resume() => {
                        if let Some(stopper) = stop_inside.get() {
                            stopper.stop();
                        }
                        query.stand(Standing::Over);
                    }
                    Ok(TopEvent::End { .. } | TopEvent::Heartbeat | TopEvent::Unknown) | Err(_) => {}
                },
            },
        );
        drop(stop.set(live.stopper()));
        query.live.set_value(Some(live));
        query
    }

    fn stand(self, standing: Standing) {
        if self.standing.try_with_untracked(|now| *now != standing) == Some(true) {
            self.standing.set(standing);
        }
    }
}

/// Adds a reading and lets go of those too old; one that is not newer than the last is a repetition.
fn push(samples: &mut VecDeque<Sample>, sample: Sample) {
    if samples.back().is_some_and(|last| last.time >= sample.time) {
        return;
    }
    let newest = sample.time.as_second();
    samples.push_back(sample);
    while samples.len() > MOST
        || samples.front().is_some_and(|first| newest - first.time.as_second() > i64::from(WINDOW_SECS))
    {
        samples.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(second: i64) -> Sample {
        let time = jiff::Timestamp::from_second(second).expect("a time");
        Sample { time, cpu: 1.0, memory_bytes: 1, gpu_duty_percent: None, gpu_memory_bytes: None }
    }

    #[test]
    fn a_quarter_of_an_hour_is_kept_and_repetitions_are_not() {
        let mut samples = VecDeque::new();
        for second in [0, 10, 10, 5, 900, 905] {
            push(&mut samples, sample(second));
        }
        let kept: Vec<_> = samples.iter().map(|s| s.time.as_second()).collect();
        assert_eq!(kept, [10, 900, 905]);
    }

    #[test]
    fn a_clock_that_races_cannot_fill_the_memory() {
        let mut samples = VecDeque::new();
        for i in 0..5_000 {
            let time = jiff::Timestamp::from_nanosecond(i).expect("a time");
            push(&mut samples, Sample { time, ..sample(0) });
        }
        assert_eq!(samples.len(), MOST);
    }
}

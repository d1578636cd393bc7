//! Taking up a flow that was begun and not finished: Plaid keeps its record for six hours after the end.

use super::{
    Guide, HOSTED_LIFETIME, Invitation, LinkError, Linker, Outcome, Wish,
    intent::Mode,
    poll::{End, Look},
};
use crate::store::Intent;

impl Linker<'_> {
    /// Looks at the flows of the last hours, newest first, and goes on with the first that can be.
    pub fn resume(&self, wish: &Wish, guide: &mut dyn Guide) -> Result<Outcome, LinkError> {
        let open = self.bank.read_book()?.open_intents((self.bank.clock)())?;
        let mut ended = None;
        for intent in open {
            if intent.environment != self.bank.environment
                || ![Mode::Hosted, Mode::Page].map(Mode::as_str).contains(&&*intent.mode)
            {
                continue;
            }
            let wish = Wish { repair: Self::aim(&intent), ..wish.clone() };
            let end = self.take_up(&intent, &wish, guide)?;
            let succeeded = matches!(end, End::Granted(_) | End::Completed(_));
            let outcome = self.conclude(intent.id, end, &wish, guide)?;
            if succeeded {
                return Ok(outcome);
            }
            ended.get_or_insert(outcome);
        }
        ended.ok_or(LinkError::NothingToResume)
    }

    fn take_up(&self, intent: &Intent, wish: &Wish, guide: &mut dyn Guide) -> Result<End, LinkError> {
        let flow = self.recall(intent)?;
        let mends = wish.mends();
        Ok(match (self.look(&flow.token, mends)?, flow.url) {
            (Look::Granted(grants), _) => End::Granted(grants),
            (Look::Completed(id), _) => End::Completed(id),
            (Look::Left(exit), _) => End::Left(exit),
            (Look::Open, Some(url)) if (self.bank.clock)() < intent.created_at + HOSTED_LIFETIME => {
                guide.invite(&Invitation { url: &url, anywhere: true });
                self.watch(&flow.token, mends, None, guide)?
            }
            // Nobody can finish it any more: its page is gone.
            (Look::Open | Look::Expired, _) => End::Expired,
        })
    }
}

//! A QR code for a terminal: two modules a character, in half blocks.
//!
//! Invariant: light modules are drawn and dark ones left empty, which is right on a dark terminal; readers also
//! take the reverse that a light terminal shows.

use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};

/// Draws a text as a QR code with its quiet zone; `None` when it is too long for any.
pub fn draw(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let mut drawn = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    drawn.push('\n');
    Some(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_rectangle_of_half_blocks_with_a_quiet_zone() {
        let url = "https://hosted.plaid.com/link/abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz";
        let drawn = draw(url).unwrap();
        let widths: Vec<usize> = drawn.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]) && widths[0] < 60, "{widths:?}");
        assert!(drawn.chars().all(|c| matches!(c, ' ' | '▀' | '▄' | '█' | '\n')), "{drawn}");
        assert!(drawn.lines().next().unwrap().chars().all(|c| c == '█'), "{drawn}");
    }

    #[test]
    fn gives_up_on_what_no_code_can_hold() {
        assert_eq!(draw(&"x".repeat(4000)), None);
    }
}

//! Colours and weights a log may ask for (SGR, ECMA-48 8.3.117 and the ISO 8613-6 colours of xterm).

/// A colour as the log named it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Colour {
    #[default]
    Default,
    /// One of the sixteen that the theme decides.
    Named(u8),
    /// Exact; the style sheet keeps it readable on the theme's ground.
    Exact(u8, u8, u8),
}

/// How a run of text is to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Style {
    pub(crate) fore: Colour,
    pub(crate) back: Colour,
    pub(crate) bold: bool,
    pub(crate) dim: bool,
    pub(crate) italic: bool,
    pub(crate) underline: bool,
    pub(crate) strike: bool,
    pub(crate) inverse: bool,
}

impl Style {
    /// Applies the parameters of one SGR sequence: numbers separated by `;`, sub-parameters by `:`.
    pub(super) fn apply(&mut self, parameters: &[u8]) {
        let mut fields = parameters.split(|b| *b == b';');
        while let Some(field) = fields.next() {
            let mut subs = field.split(|b| *b == b':').map(number);
            let Some(code) = subs.next().flatten() else { continue };
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                // A log hides nothing: concealed text is shown faint.
                2 | 8 => self.dim = true,
                3 => self.italic = true,
                4 => self.underline = subs.next().flatten() != Some(0),
                7 => self.inverse = true,
                9 => self.strike = true,
                21 => self.underline = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underline = false,
                27 => self.inverse = false,
                28 => self.dim = false,
                29 => self.strike = false,
                30..=37 => self.fore = Colour::Named((code - 30) as u8),
                38 | 48 => {
                    let colour = if field.contains(&b':') {
                        colon_form(field)
                    } else {
                        extended((&mut fields).map_while(number))
                    };
                    let Some(colour) = colour else { continue };
                    if code == 38 { self.fore = colour } else { self.back = colour }
                }
                39 => self.fore = Colour::Default,
                40..=47 => self.back = Colour::Named((code - 40) as u8),
                49 => self.back = Colour::Default,
                90..=97 => self.fore = Colour::Named((code - 90 + 8) as u8),
                100..=107 => self.back = Colour::Named((code - 100 + 8) as u8),
                _ => {}
            }
        }
    }
}

/// An absent parameter is 0.
fn number(field: &[u8]) -> Option<u16> {
    field
        .iter()
        .try_fold(0u16, |n, b| b.is_ascii_digit().then(|| n.saturating_mul(10).saturating_add(u16::from(b - b'0'))))
}

/// `38:5:n`, `38:2:r:g:b`, or with the colour space named (and then mostly empty) `38:2::r:g:b`.
fn colon_form(field: &[u8]) -> Option<Colour> {
    let numbers: Vec<_> = field.split(|b| *b == b':').skip(1).map(number).collect();
    let space = usize::from(numbers.first() == Some(&Some(2)) && numbers.len() > 4);
    let kept = numbers.iter().enumerate().filter(|(i, _)| !(space == 1 && *i == 1));
    extended(kept.map_while(|(_, n)| *n))
}

/// `5;n` or `2;r;g;b`.
fn extended(mut numbers: impl Iterator<Item = u16>) -> Option<Colour> {
    let byte = |n: u16| n.min(255) as u8;
    match numbers.next()? {
        5 => Some(indexed(byte(numbers.next()?))),
        2 => {
            let (a, b, c) = (numbers.next()?, numbers.next()?, numbers.next()?);
            Some(Colour::Exact(byte(a), byte(b), byte(c)))
        }
        _ => None,
    }
}

/// xterm's palette: sixteen named, a cube of 6x6x6, and 24 greys.
fn indexed(n: u8) -> Colour {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match n {
        0..=15 => Colour::Named(n),
        16..=231 => {
            let at = usize::from(n - 16);
            Colour::Exact(LEVELS[at / 36], LEVELS[at / 6 % 6], LEVELS[at % 6])
        }
        232..=255 => {
            let grey = 8 + (n - 232) * 10;
            Colour::Exact(grey, grey, grey)
        }
    }
}
